package io.httpconnector.template;

import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A compiled URL: the path, and the query parameters, each of which can be omitted. */
record UrlTemplate(TextTemplate path, List<TextTemplate> query, List<String> hosts) {

    /** Compiles a URL. Problems are added to {@code problems}. */
    static UrlTemplate compile(PillSyntax syntax, String url, List<String> hosts, List<TemplateProblem> problems) {
        List<Object> path = new ArrayList<>();
        List<List<Object>> query = new ArrayList<>();
        List<Object> current = path;
        for (Object piece : syntax.tokenize("url", url, text -> Escaping.percent(text, ""), problems)) {
            if (piece instanceof Expression pill) {
                boolean inPath = current == path;
                current.add(TextTemplate.escaped(
                        pill,
                        inPath ? escaperInPath(pill, path, hosts, problems) : TextTemplate.Escaper.QUERY,
                        problems));
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

    private static TextTemplate.Escaper escaperInPath(
            Expression pill, List<Object> before, List<String> hosts, List<TemplateProblem> problems) {
        if (pill.canOmit()) {
            problems.add(pill.problem(Code.MISPLACED, "omit is not allowed in a path: use | default(...)"));
        }
        String start = new TextTemplate(before).sample("x");
        int scheme = start.indexOf("://");
        int slash = start.indexOf('/', scheme < 0 ? 0 : scheme + 3);
        if (slash >= 0) {
            return TextTemplate.Escaper.SEGMENT;
        }
        if (hosts.isEmpty() || !start.toLowerCase(Locale.ROOT).matches("https?://[^/]*")) {
            problems.add(pill.problem(
                    Code.MISPLACED,
                    "a pill can't determine the host: start the URL with a slash, or with scheme and host"
                            + (hosts.isEmpty() ? "; or list the allowed hosts with hosts(...)" : "")));
        }
        return TextTemplate.Escaper.HOST;
    }

    boolean hasHostPill() {
        return path.pieces().stream()
                .anyMatch(piece -> piece instanceof TextTemplate.EscapedPill placed
                        && placed.escaper() == TextTemplate.Escaper.HOST);
    }

    Stream<Expression> pills() {
        return Stream.concat(Stream.of(path), query.stream()).flatMap(text -> text.pills().stream());
    }

    /** Returns the URL if it has no pills, otherwise null. */
    @Nullable String fixed() {
        return pills().findAny().isEmpty() ? sample() : null;
    }

    /** Returns the URL with a letter in place of each pill. */
    String sample() {
        StringBuilder url = new StringBuilder(path.sample("x"));
        char separator = '?';
        for (TextTemplate pair : query) {
            url.append(separator).append(pair.sample("x"));
            separator = '&';
        }
        return url.toString();
    }

    /** Renders the URL. Returns null if problems were added to the context. */
    @Nullable String render(RenderContext context) {
        int before = context.problems().size();
        StringBuilder url = new StringBuilder(String.valueOf(path.render(context)));
        char separator = '?';
        for (TextTemplate pair : query) {
            String rendered = pair.render(context);
            if (rendered != null) {
                url.append(separator).append(rendered);
                separator = '&';
            }
        }
        if (context.problems().size() == before && hasHostPill() && !isAllowed(host(url.toString()))) {
            context.problems()
                    .add(TemplateProblem.of(
                            SourceLocation.of("url"),
                            Code.UNENCODABLE,
                            null,
                            "the host is not one of the allowed hosts, " + hosts));
        }
        return context.problems().size() == before ? url.toString() : null;
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
