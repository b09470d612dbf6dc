"""How fast is grading, beside stock nbgrader and beside no isolation at all: `make bench`."""
