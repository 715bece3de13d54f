package io.httpconnector.cli;

import io.httpconnector.definition.internal.DocumentParser.ParsedDocument;
import io.httpconnector.definition.internal.DocumentParser.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.events.CommentEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * The comments and blank lines of a document in YAML. A comment in lines of its own belongs to the value after it, a comment at the
 * end of a line to the first value of that line. Not thread-safe.
 */
final class YamlComments {

    private static final Comparator<Place> ORDER =
            Comparator.comparingInt(Place::line).thenComparingInt(Place::column);

    private final List<CommentEvent> comments = new ArrayList<>();

    /** The places of the values in the former text, in their order. */
    private final List<Map.Entry<String, Place>> values;

    private YamlComments(ParsedDocument document) {
        this.values = new ArrayList<>(document.places().entrySet());
        values.removeIf(value -> value.getKey().isEmpty());
        values.sort(Map.Entry.comparingByValue(ORDER));
        LoaderOptions options = new LoaderOptions();
        options.setProcessComments(true);
        ParserImpl parser = new ParserImpl(new StreamReader(document.text()), options);
        for (Event event = parser.getEvent(); event != null; event = parser.getEvent()) {
            if (event instanceof CommentEvent comment) {
                comments.add(comment);
            }
            if (event.is(Event.ID.StreamEnd)) {
                break;
            }
        }
    }

    /** Reads the comments of a document. */
    static YamlComments of(ParsedDocument document) {
        return new YamlComments(document);
    }

    /**
     * Adds the comments to another text with the values of the document. A comment whose value was removed is before the next one.
     *
     * @param written the other text, with a line for each member and element
     * @param source returns the JSON Pointer in the document by that in the other text
     */
    String addTo(ParsedDocument written, UnaryOperator<String> source) {
        Map<String, Integer> lines = new HashMap<>();
        written.places().forEach((pointer, place) -> lines.merge(source.apply(pointer), place.line(), Math::min));
        String[] text = written.text().split("\n", -1);
        List<List<String>> before = new ArrayList<>();
        for (int i = 0; i < text.length; i++) {
            before.add(new ArrayList<>());
        }
        for (CommentEvent comment : comments) {
            int line = comment.getStartMark().getLine() + 1;
            Integer same = comment.getCommentType() == CommentType.IN_LINE ? lineOf(line, true, lines) : null;
            if (same != null) {
                text[same - 1] = text[same - 1] + " #" + comment.getValue();
                continue;
            }
            Integer next = lineOf(line, false, lines);
            int target = next == null ? text.length - 1 : next - 1;
            String indentation = text[target].replaceFirst("\\S.*", "");
            before.get(target)
                    .add(
                            comment.getCommentType() == CommentType.BLANK_LINE
                                    ? ""
                                    : indentation + "#" + comment.getValue());
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < text.length; i++) {
            all.addAll(before.get(i));
            all.add(text[i]);
        }
        return String.join("\n", all);
    }

    /** Returns the line in the other text of the first value on a line, or of the first one that exists from there on. */
    private @Nullable Integer lineOf(int line, boolean isSame, Map<String, Integer> lines) {
        for (Map.Entry<String, Place> value : values) {
            Place place = value.getValue();
            if (isSame ? place.line() == line : place.line() >= line) {
                Integer found = lines.get(value.getKey());
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }
}
