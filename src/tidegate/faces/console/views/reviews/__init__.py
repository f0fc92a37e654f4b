"""The pages of engagements: one module for each page, what is done from it beside what is shown."""
