"""One module for each part of the console; a view asks the desk and shows what it says."""
