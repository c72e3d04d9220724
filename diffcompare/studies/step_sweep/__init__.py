"""The error of difference quotients against their step."""
