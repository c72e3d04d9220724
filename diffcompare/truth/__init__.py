"""The truth: value and gradient to 25 correctly rounded digits, to measure errors against."""
