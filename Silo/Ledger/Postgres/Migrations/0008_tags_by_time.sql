-- Experiences with a tag, by when they happened.
CREATE INDEX experience_tags_by_time ON experience_tags (tag, at, seq);
