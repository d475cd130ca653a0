"""What the book needs beside the physics: figures, glued numbers, links from equations to code."""
