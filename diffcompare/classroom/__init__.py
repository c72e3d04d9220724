"""For the classroom: demos and their player, handouts, the lesson's page, the quiz, and the answers of a class."""
