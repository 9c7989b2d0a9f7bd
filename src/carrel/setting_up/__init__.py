"""Setting Carrel up: its questions, their answers, and what comes of them.

The terminal (`carrel init`) and the console (`/setup`) are two faces of it; neither decides.
"""
