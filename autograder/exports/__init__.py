"""Results and graders in other programs' formats: Gradescope's autograder, sheets for Canvas and Moodle."""
