"""Speed: scripts that print figures as ratios, counts or work per CPU-second; nothing here fails by the clock."""
