"""Functions of many points: straight-line programs over blocks of arrays, and grids of points."""
