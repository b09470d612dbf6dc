"""The demonstration: a made-up class of right, wrong and hostile submissions, graded like a real one."""

from autograder.demo.made_up_class import Member, make_class
from autograder.demo.run import run_demo

__all__ = ["Member", "make_class", "run_demo"]
