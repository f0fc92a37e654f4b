"""What goes out, and how: pure parts and sockets. Nothing here knows a table."""
