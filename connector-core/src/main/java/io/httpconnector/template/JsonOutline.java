package io.httpconnector.template;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.httpconnector.internal.text.PillToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text in which pills are replaced by neutral placeholders of the same length, so that a JSON parser can read it, with
 * the replaced pills by position. A pill outside of strings is treated as a string that consists of this pill.
 */
final class JsonOutline {

    /** The pieces of a string: literal text in its JSON-escaped form (String), and pills. */
    record StringPieces(List<Object> pieces) {

        /** The pill that makes up the whole string, or null. */
        @Nullable Pill whole() {
            return pieces.size() == 1 && pieces.get(0) instanceof Pill pill ? pill : null;
        }
    }

    /** An unparsed pill: the names of list elements in scope are only known once the structure is. */
    record Pill(PillToken token, SourceLocation location) {}

    /** Each problem costs a scan of the rest of the line. */
    private static final int MAX_PROBLEMS = 50;

    private final PillSyntax syntax;
    private final String text;
    private final List<TemplateProblem> problems;
    private final StringBuilder skeleton;
    private final Map<Long, StringPieces> piecesByPosition = new TreeMap<>();
    private int at;

    private JsonOutline(PillSyntax syntax, String text, List<TemplateProblem> problems) {
        this.syntax = syntax;
        this.text = text;
        this.problems = problems;
        this.skeleton = new StringBuilder(text);
    }

    /** Scans a text. Unclosed pills are added to {@code problems}. */
    static JsonOutline of(PillSyntax syntax, String text, List<TemplateProblem> problems) {
        JsonOutline outline = new JsonOutline(syntax, text, problems);
        outline.scan();
        return outline;
    }

    /** An outline of a text without pills. */
    static JsonOutline withoutPills(PillSyntax syntax, String text, List<TemplateProblem> problems) {
        return new JsonOutline(syntax, text, problems);
    }

    private void scan() {
        int max = problems.size() + MAX_PROBLEMS;
        while (at < text.length() && problems.size() < max) {
            int start = at;
            if (text.charAt(at) == '"') {
                StringPieces cut = string();
                if (text.substring(start, Math.min(at, text.length())).contains(syntax.open())) {
                    piecesByPosition.put((long) start, cut);
                }
            } else if (syntax.opens(text, at)) {
                Pill pill = pill(false);
                fill(start, ' ');
                skeleton.setCharAt(start, '"');
                skeleton.setCharAt(Math.min(start + 1, skeleton.length() - 1), '"');
                if (pill != null) {
                    piecesByPosition.put((long) start, new StringPieces(List.of(pill)));
                }
            } else {
                at++;
            }
        }
    }

    private StringPieces string() {
        List<Object> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        at++;
        int max = problems.size() + MAX_PROBLEMS;
        while (at < text.length() && text.charAt(at) != '"' && problems.size() < max) {
            int start = at;
            if (syntax.opens(text, at)) {
                Pill pill = pill(true);
                fill(start, 'x');
                if (pill != null && pill.token.isQuoted()) {
                    literal.append(escaped(pill.token.unquoted()));
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
        return new StringPieces(pieces);
    }

    private @Nullable Pill pill(boolean inString) {
        SourceLocation location = SourceLocation.in("body", text, at);
        PillToken found = syntax.find(text, at, inString);
        if (found == null) {
            problems.add(syntax.unclosed(location));
            at += syntax.open().length();
            return null;
        }
        at = found.end();
        return new Pill(found, location);
    }

    private void fill(int from, char filler) {
        for (int i = from; i < at; i++) {
            skeleton.setCharAt(i, filler);
        }
    }

    static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    SourceLocation location(long position) {
        return SourceLocation.in("body", text, position);
    }

    String skeleton() {
        return skeleton.toString();
    }

    /** Returns all pills, in the order of the text. */
    List<Pill> pills() {
        return piecesByPosition.values().stream()
                .flatMap(cut -> cut.pieces.stream())
                .filter(Pill.class::isInstance)
                .map(Pill.class::cast)
                .toList();
    }

    /** Returns the pieces of the string that begins at this position, or null if it has no pills. */
    @Nullable StringPieces piecesAt(long position) {
        return piecesByPosition.get(position);
    }
}
