package io.httpconnector.template;

import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a JSON text with pills into a {@link JsonTemplate}. A string that is exactly one pill, and a pill outside of
 * strings, become a whole value; a pill inside other text becomes text.
 */
final class JsonCompiler {

    private final String text;
    private final List<String> problems;
    private final List<JsonTemplate.Place> places = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    /** The text with harmless values of the same length instead of the pills, to be checked as JSON. */
    private final StringBuilder skeleton;

    private int at;

    private JsonCompiler(String text, List<String> problems) {
        this.text = text;
        this.problems = problems;
        this.skeleton = new StringBuilder(text);
    }

    /** The compiled text, or null when {@code problems} says what is wrong with it, in lines and columns of the text. */
    static @Nullable JsonTemplate compile(String text, List<String> problems) {
        int before = problems.size();
        JsonCompiler compiler = new JsonCompiler(text, problems);
        compiler.compile();
        return problems.size() > before
                ? null
                : new JsonTemplate(
                        compiler.places.toArray(JsonTemplate.Place[]::new), utf8(compiler.literal.toString()));
    }

    private void compile() {
        while (at < text.length()) {
            if (text.charAt(at) == '"') {
                string();
            } else if (Scan.opens(text, at)) {
                int open = at;
                Pill pill = pill();
                fill(open, ' ');
                skeleton.setCharAt(open, '"');
                skeleton.setCharAt(open + 1, '"');
                place(pill, true);
                refuseName(pill);
            } else {
                literal.append(text.charAt(at++));
            }
        }
        try {
            Body.json(skeleton.toString());
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add("body " + problem));
        }
    }

    private void string() {
        at++;
        if (isWhole()) {
            int open = at;
            Pill pill = pill();
            fill(open, 'x');
            at++;
            place(pill, true);
            refuseName(pill);
            return;
        }
        literal.append('"');
        Pill last = null;
        while (at < text.length() && text.charAt(at) != '"') {
            if (Scan.opens(text, at)) {
                Pill pill = textPill();
                last = pill == null ? last : pill;
            } else {
                int length = text.charAt(at) == '\\' && at + 1 < text.length() ? 2 : 1;
                literal.append(text, at, at + length);
                at += length;
            }
        }
        if (at < text.length()) {
            literal.append('"');
            at++;
        }
        refuseName(last);
    }

    private boolean isWhole() {
        int close = Scan.opens(text, at) ? Scan.close(text, at + 2) : -1;
        return close >= 0 && text.startsWith("}}\"", close) && !Scan.isQuoted(text.substring(at + 2, close));
    }

    private @Nullable Pill textPill() {
        int open = at;
        int close = Scan.close(text, open + 2);
        Pill pill = null;
        if (close >= 0 && Scan.isQuoted(text.substring(open + 2, close))) {
            String quoted = Scan.unquoted(text.substring(open + 2, close));
            byte[] escaped = new byte[JsonText.length(quoted)];
            JsonText.write(quoted, escaped, 0);
            literal.append(new String(escaped, StandardCharsets.UTF_8));
            at = close + 2;
        } else {
            pill = pill();
            place(pill, false);
        }
        fill(open, 'x');
        return pill;
    }

    /** Reads the pill that opens here; null when it can't be read, and {@code problems} says why. */
    private @Nullable Pill pill() {
        int open = at;
        String where = Scan.where("body", text, open);
        int close = Scan.close(text, open + 2);
        if (close < 0) {
            problems.add(Scan.unclosed(where));
            at = open + 2;
            return null;
        }
        at = close + 2;
        return Pill.parse(text.substring(open + 2, close), where, problems);
    }

    private void place(@Nullable Pill pill, boolean whole) {
        if (pill != null) {
            places.add(new JsonTemplate.Place(utf8(literal.toString()), pill, whole));
            literal.setLength(0);
        }
    }

    private void fill(int from, char filler) {
        for (int i = from; i < at; i++) {
            skeleton.setCharAt(i, filler);
        }
    }

    /** A value that became a field name could replace a field of the template. */
    private void refuseName(@Nullable Pill pill) {
        int next = at;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        if (pill != null && next < text.length() && text.charAt(next) == ':') {
            problems.add(pill.problem("can't be a field name: let a pill be the whole object"));
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
