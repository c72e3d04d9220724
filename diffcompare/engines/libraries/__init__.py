"""The engines, a file each: what the library is called, how its users write our operations, and its modes."""
