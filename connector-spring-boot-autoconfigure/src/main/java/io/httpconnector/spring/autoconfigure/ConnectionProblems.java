package io.httpconnector.spring.autoconfigure;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The problems of a connection with the names of its properties, where a definition names inputs and methods of the Java API. */
final class ConnectionProblems {

    private static final Pattern PROPERTY = Pattern.compile("[a-z][A-Za-z0-9-]*(\\.[^ :]+)?: ");
    private static final Pattern INPUT = Pattern.compile(
            "[^ :/]+: (there is no such input|it is a secret|it is (missing|empty): (set it by value|supply the secret))");
    private static final Pattern VALUE = Pattern.compile("set it by value\\(\"([^\"]+)\", \\.\\.\\.\\)");
    private static final Pattern SECRET = Pattern.compile("supply the secret \"([^\"]+)\" by the source of secrets");

    private static final Pattern UNKNOWN_SECRET = Pattern.compile("the secret \"([^\"]+)\" is unknown$");

    private final String connection;
    private final boolean hasBaseUrl;

    /**
     * Creates the problems of a connection.
     *
     * @param name the name of the connection
     * @param hasBaseUrl whether it has the property {@code base-url}, to which problems of a URL belong
     */
    ConnectionProblems(String name, boolean hasBaseUrl) {
        this.connection = "connectors.connections." + name;
        this.hasBaseUrl = hasBaseUrl;
    }

    /** Returns the problems, each with the name of the connection or of its property. */
    List<String> named(List<String> problems) {
        return problems.stream().map(this::named).toList();
    }

    private String named(String problem) {
        if (problem.startsWith(connection)) {
            return problem;
        }
        String where;
        if (INPUT.matcher(problem).lookingAt()) {
            where = problem.contains("supply the secret") ? ".secrets." : ".values.";
        } else if (problem.startsWith("the strategy ")) {
            where = ".strategy: ";
        } else if (problem.startsWith("URL ")) {
            where = hasBaseUrl ? ".base-url: " : ": ";
        } else {
            where = PROPERTY.matcher(problem).lookingAt() ? "." : ": ";
        }
        return connection + where + withProperties(problem);
    }

    /** Replaces the advice to call a method by the property. */
    private String withProperties(String problem) {
        String text = VALUE.matcher(problem)
                .replaceAll(found -> Matcher.quoteReplacement(
                        "set the property " + connection + ".values." + PropertyNames.hyphenated(found.group(1))));
        text = SECRET.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement("set the property " + connection + ".secrets."
                        + PropertyNames.hyphenated(found.group(1)) + ", or add a SecretSource bean that has it"));
        text = UNKNOWN_SECRET
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement("the secret \"" + found.group(1)
                        + "\" is missing: set the property " + connection + ".secrets."
                        + PropertyNames.hyphenated(found.group(1)) + ", or add a SecretSource bean that has it"));
        return text.replace(
                "it is a secret: supply it by the source of secrets",
                "it is a secret: set it below " + connection + ".secrets");
    }
}
