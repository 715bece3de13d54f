package io.httpconnector.template;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text in which harmless values of the same length stand for the pills, so that a JSON parser can read it, and what
 * stood at which position. A pill outside of strings counts as a string that is this pill.
 */
final class JsonOutline {

    /** What a string is made of: literal text as it is escaped in JSON (String), and pills. */
    record Cut(List<Object> pieces) {

        /** The pill that is the whole of the string, or null. */
        @Nullable Pill whole() {
            return pieces.size() == 1 && pieces.get(0) instanceof Pill pill ? pill : null;
        }
    }

    /** What stands between the delimiters, not read yet: which names there are is known when the structure is. */
    record Pill(PillSyntax.PillToken found, SourceLocation spot) {}

    /** Each costs a look at the rest of the line. */
    private static final int MAX_PROBLEMS = 50;

    private final PillSyntax language;
    private final String text;
    private final List<TemplateProblem> problems;
    private final StringBuilder skeleton;
    private final Map<Long, Cut> cuts = new TreeMap<>();
    private int at;

    private JsonOutline(PillSyntax language, String text, List<TemplateProblem> problems) {
        this.language = language;
        this.text = text;
        this.problems = problems;
        this.skeleton = new StringBuilder(text);
    }

    /** The skeleton; {@code problems} says which pills are not closed. */
    static JsonOutline of(PillSyntax language, String text, List<TemplateProblem> problems) {
        JsonOutline skeleton = new JsonOutline(language, text, problems);
        skeleton.scan();
        return skeleton;
    }

    /** A text of which nothing is a pill. */
    static JsonOutline withoutPills(PillSyntax language, String text, List<TemplateProblem> problems) {
        return new JsonOutline(language, text, problems);
    }

    private void scan() {
        int max = problems.size() + MAX_PROBLEMS;
        while (at < text.length() && problems.size() < max) {
            int start = at;
            if (text.charAt(at) == '"') {
                Cut cut = string();
                if (text.substring(start, Math.min(at, text.length())).contains(language.open())) {
                    cuts.put((long) start, cut);
                }
            } else if (language.opens(text, at)) {
                Pill pill = pill(false);
                fill(start, ' ');
                skeleton.setCharAt(start, '"');
                skeleton.setCharAt(Math.min(start + 1, skeleton.length() - 1), '"');
                if (pill != null) {
                    cuts.put((long) start, new Cut(List.of(pill)));
                }
            } else {
                at++;
            }
        }
    }

    private Cut string() {
        List<Object> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        at++;
        int max = problems.size() + MAX_PROBLEMS;
        while (at < text.length() && text.charAt(at) != '"' && problems.size() < max) {
            int start = at;
            if (language.opens(text, at)) {
                Pill pill = pill(true);
                fill(start, 'x');
                if (pill != null && pill.found.isQuoted()) {
                    literal.append(escaped(pill.found.unquoted()));
                } else if (pill != null) {
                    if (!literal.isEmpty()) {
                        pieces.add(literal.toString());
                        literal.setLength(0);
                    }
                    pieces.add(pill);
                }
            } else {
                at += text.charAt(at) == '\\' && at + 1 < text.length() ? 2 : 1;
                literal.append(text, start, at);
            }
        }
        at++;
        if (!literal.isEmpty()) {
            pieces.add(literal.toString());
        }
        return new Cut(pieces);
    }

    private @Nullable Pill pill(boolean inString) {
        SourceLocation spot = SourceLocation.in("body", text, at);
        PillSyntax.PillToken found = language.find(text, at, inString);
        if (found == null) {
            problems.add(language.unclosed(spot));
            at += language.open().length();
            return null;
        }
        at = found.end();
        return new Pill(found, spot);
    }

    private void fill(int from, char filler) {
        for (int i = from; i < at; i++) {
            skeleton.setCharAt(i, filler);
        }
    }

    static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    SourceLocation spot(long position) {
        return SourceLocation.in("body", text, position);
    }

    String skeleton() {
        return skeleton.toString();
    }

    /** All pills, in the order of the text. */
    List<Pill> pills() {
        return cuts.values().stream()
                .flatMap(cut -> cut.pieces.stream())
                .filter(Pill.class::isInstance)
                .map(Pill.class::cast)
                .toList();
    }

    /** What the string that begins at this position is made of, or null when there are no pills in it. */
    @Nullable Cut cut(long position) {
        return cuts.get(position);
    }
}
