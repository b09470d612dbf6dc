"""What an author of checks imports."""

from autograder.checking.declaration import check
from autograder.checking.failure import CheckFailed, fail
from autograder.checking.secret import Secret
from autograder.checking.student import Remote, Student
from autograder.sandbox.faults import StudentError

__all__ = ["CheckFailed", "Remote", "Secret", "Student", "StudentError", "check", "fail"]
