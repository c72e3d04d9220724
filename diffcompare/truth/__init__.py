"""The truth: value and gradient to 25 correctly rounded digits, with a bound, against which every error is measured."""
