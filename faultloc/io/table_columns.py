"""The usual names of the columns in a table of samples."""

# The second row of each is looked at where the first gives nothing, and only where a table then has both columns.
INPUT_NAMES = (
    ("path", "image", "file", "filename", "image_path", "text", "sentence", "content", "input"),
    (
        *("filepath", "file_path", "file_name", "filenames", "image_name", "image_file", "image_id", "img", "img_path"),
        *("img_name", "images", "picture", "photo", "id_code", "review", "tweet", "comment", "comment_text", "message"),
        *("headline", "title", "body", "document", "question", "utterance", "texts", "news", "sms"),
    ),
)
LABEL_NAMES = (
    ("label", "class", "target", "category", "given_label", "y"),
    (
        *("labels", "classes", "class_name", "class_label", "class_id", "classid", "label_name", "label_id", "labelid"),
        *("targets", "sentiment", "species", "breed", "diagnosis", "topic", "emotion", "intent"),
        *("classname", "category_id", "category_name", "label_text", "tag", "dx"),
    ),
)
# Of the inputs' names those that speak of files.
FILE_NAMES = {
    *("path", "image", "file", "filename", "image_path", "filepath", "file_path", "file_name", "filenames"),
    *("image_name", "image_file", "image_id", "img", "img_path", "img_name", "images", "picture", "photo", "id_code"),
}
KNOWN_NAMES = {name for names in (*INPUT_NAMES, *LABEL_NAMES) for name in names}
