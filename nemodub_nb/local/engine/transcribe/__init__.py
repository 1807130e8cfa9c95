"""What is said in the clip and when: subtitles that come with it, else a recogniser."""
