"""What the book needs beside the physics: figure style, glued numbers, links from equations to code."""
