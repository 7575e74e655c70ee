"""Speed: scripts that print figures as ratios, counts or work per CPU-second, and the bars they are held to."""
