"""The hostile corpus: programs that try to get out, stay behind, or take everything."""
