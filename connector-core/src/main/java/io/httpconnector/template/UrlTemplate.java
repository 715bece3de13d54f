package io.httpconnector.template;

import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A URL with pills: what stands before the question mark, and the pairs of the query, each of which may be left out. */
record UrlTemplate(TextTemplate path, List<TextTemplate> query, List<String> hosts) {

    /** The compiled URL; {@code problems} says what is wrong with it. */
    static UrlTemplate compile(PillSyntax language, String url, List<String> hosts, List<TemplateProblem> problems) {
        List<Object> path = new ArrayList<>();
        List<List<Object>> query = new ArrayList<>();
        List<Object> current = path;
        for (Object piece : language.tokenize("url", url, text -> Escaping.percent(text, ""), problems)) {
            if (piece instanceof Expression pill) {
                boolean inPath = current == path;
                current.add(TextTemplate.placed(
                        pill, inPath ? inPath(pill, path, hosts, problems) : TextTemplate.Escaper.QUERY, problems));
                continue;
            }
            String rest = (String) piece;
            for (int end = end(rest, current == path); end >= 0; end = end(rest, false)) {
                add(current, rest.substring(0, end));
                rest = rest.substring(end + 1);
                current = new ArrayList<>();
                query.add(current);
            }
            add(current, rest);
        }
        return new UrlTemplate(
                new TextTemplate(path), query.stream().map(TextTemplate::new).toList(), hosts);
    }

    private static int end(String text, boolean inPath) {
        return text.indexOf(inPath ? '?' : '&');
    }

    private static void add(List<Object> pieces, String literal) {
        if (!literal.isEmpty()) {
            pieces.add(literal);
        }
    }

    private static TextTemplate.Escaper inPath(
            Expression pill, List<Object> before, List<String> hosts, List<TemplateProblem> problems) {
        if (pill.canOmit()) {
            problems.add(pill.problem(Code.WRONG_PLACE, "a path can't be without it: write | default(...)"));
        }
        String start = new TextTemplate(before).sample("x");
        int scheme = start.indexOf("://");
        int slash = start.indexOf('/', scheme < 0 ? 0 : scheme + 3);
        if (slash >= 0) {
            return TextTemplate.Escaper.SEGMENT;
        }
        if (hosts.isEmpty() || !start.toLowerCase(Locale.ROOT).matches("https?://[^/]*")) {
            problems.add(pill.problem(
                    Code.WRONG_PLACE,
                    "a pill can't decide where the request goes: start with a slash, or with scheme and host"
                            + (hosts.isEmpty() ? "; or say by hosts(...) which hosts are allowed" : "")));
        }
        return TextTemplate.Escaper.HOST;
    }

    boolean hasHostPill() {
        return path.pieces().stream()
                .anyMatch(piece -> piece instanceof TextTemplate.PlacedPill placed
                        && placed.encoding() == TextTemplate.Escaper.HOST);
    }

    Stream<Expression> pills() {
        return Stream.concat(Stream.of(path), query.stream()).flatMap(text -> text.pills().stream());
    }

    /** The URL when there are no pills in it, or else null. */
    @Nullable String fixed() {
        return pills().findAny().isEmpty() ? sample() : null;
    }

    /** The URL with letters instead of its values. */
    String sample() {
        StringBuilder url = new StringBuilder(path.sample("x"));
        char separator = '?';
        for (TextTemplate pair : query) {
            url.append(separator).append(pair.sample("x"));
            separator = '&';
        }
        return url.toString();
    }

    /** The URL with its values; null when the scope says what is wrong with them. */
    @Nullable String render(RenderContext scope) {
        int before = scope.problems().size();
        StringBuilder url = new StringBuilder(String.valueOf(path.render(scope)));
        char separator = '?';
        for (TextTemplate pair : query) {
            String rendered = pair.render(scope);
            if (rendered != null) {
                url.append(separator).append(rendered);
                separator = '&';
            }
        }
        if (scope.problems().size() == before && hasHostPill() && !isAllowed(host(url.toString()))) {
            scope.problems()
                    .add(TemplateProblem.of(
                            SourceLocation.of("url"),
                            Code.UNENCODABLE,
                            null,
                            "its host is none of the allowed ones, " + hosts));
        }
        return scope.problems().size() == before ? url.toString() : null;
    }

    private static String host(String url) {
        String rest = url.substring(url.indexOf("://") + 3);
        return rest.split("[/?:]", -1)[0].toLowerCase(Locale.ROOT);
    }

    private boolean isAllowed(String host) {
        return hosts.stream()
                .map(pattern -> pattern.toLowerCase(Locale.ROOT))
                .anyMatch(pattern ->
                        pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : host.equals(pattern));
    }
}
