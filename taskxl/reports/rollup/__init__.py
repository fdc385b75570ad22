"""Many bureaus in one workbook: by bureau, by month, by task line."""
