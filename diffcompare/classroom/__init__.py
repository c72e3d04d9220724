"""For the classroom: demos, their player, the lesson's page, the quiz, and the answers of a class."""
