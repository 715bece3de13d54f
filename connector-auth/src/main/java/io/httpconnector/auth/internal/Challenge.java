package io.httpconnector.auth.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A challenge of a {@code WWW-Authenticate} header field: RFC 9110, section 11.6.1. The only parser of such fields, so that the
 * content of a quoted string is never mistaken for a parameter or another challenge. A challenge with an unterminated quoted string
 * is dropped. Immutable.
 *
 * @param scheme the authentication scheme in lower case
 * @param parameters the parameters by their names in lower case; of several with one name, the first
 */
public record Challenge(String scheme, Map<String, String> parameters) {

    private static final Set<String> TOKEN_SCHEMES = Set.of("bearer", "dpop");
    private static final Set<String> STEP_UP = Set.of("insufficient_scope", "insufficient_user_authentication");

    /** Copies the parameters. */
    public Challenge {
        parameters = Map.copyOf(parameters);
    }

    /**
     * Parses all field lines of a response. A list may continue in the next line: RFC 9110, section 5.3.
     *
     * @param lines the values of the {@code WWW-Authenticate} header field lines
     * @return the valid challenges, in their order
     */
    public static List<Challenge> parse(List<String> lines) {
        Parser parser = new Parser();
        lines.forEach(parser::read);
        return parser.challenges();
    }

    /**
     * Parses a header field that has only parameters, such as {@code Authentication-Info}: RFC 9110, section 11.6.3.
     *
     * @param line the value of the field
     * @return the parameters by their names in lower case; none if the field is invalid
     */
    public static Map<String, String> parameters(String line) {
        return parse(List.of("parameters " + line)).stream()
                .filter(challenge -> challenge.scheme.equals("parameters"))
                .findFirst()
                .map(Challenge::parameters)
                .orElse(Map.of());
    }

    /**
     * Returns the challenge that only another consent of the user can fulfil: to more scopes (RFC 6750, section 3.1), or after another
     * authentication (RFC 9470, section 3). The credentials of the request are valid, but not sufficient.
     *
     * @param lines the values of the {@code WWW-Authenticate} header field lines
     * @return the challenge; empty if there is none
     */
    public static Optional<Challenge> stepUp(List<String> lines) {
        return parse(lines).stream()
                .filter(challenge -> TOKEN_SCHEMES.contains(challenge.scheme))
                .filter(challenge ->
                        challenge.parameter("error").filter(STEP_UP::contains).isPresent())
                .findFirst();
    }

    /**
     * Returns a parameter.
     *
     * @param name the name in lower case
     * @return its value; empty if there is none
     */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** Omits the values. */
    @Override
    public String toString() {
        return "Challenge " + scheme + " " + parameters.keySet();
    }

    /** Parses one field line after the other. Not thread-safe. */
    private static final class Parser {

        private final List<String> schemes = new ArrayList<>();
        private final List<Map<String, String>> parameters = new ArrayList<>();
        private String text = "";
        private int at;

        List<Challenge> challenges() {
            List<Challenge> all = new ArrayList<>();
            for (int i = 0; i < schemes.size(); i++) {
                all.add(new Challenge(schemes.get(i), parameters.get(i)));
            }
            return all;
        }

        void read(String line) {
            text = line;
            at = 0;
            while (true) {
                skip(" \t,");
                if (at == text.length()) {
                    return;
                }
                if (!element()) {
                    dropLast();
                    return;
                }
            }
        }

        /** Parses a parameter, or a scheme with its first element; false if a quoted string is unterminated. */
        private boolean element() {
            String name = token();
            if (name.isEmpty()) {
                return skipElement();
            }
            int end = at;
            skip(" \t");
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                skip(" \t");
                return value(name);
            }
            schemes.add(name.toLowerCase(Locale.ROOT));
            parameters.add(new LinkedHashMap<>());
            return at == end || !isToken68() || skipElement();
        }

        private boolean value(String name) {
            String value;
            if (at < text.length() && text.charAt(at) == '"') {
                StringBuilder quoted = new StringBuilder();
                if (!quoted(quoted)) {
                    return false;
                }
                value = quoted.toString();
            } else {
                int start = at;
                while (at < text.length() && " \t,\"".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                value = text.substring(start, at);
            }
            if (!parameters.isEmpty()) {
                parameters.get(parameters.size() - 1).putIfAbsent(name.toLowerCase(Locale.ROOT), value);
            }
            return true;
        }

        /** Returns whether a token68 follows, up to the next comma: it has equals signs only at its end. */
        private boolean isToken68() {
            int i = at;
            while (i < text.length() && (isTokenCharacter(text.charAt(i)) || text.charAt(i) == '/')) {
                i++;
            }
            while (i > at && i < text.length() && text.charAt(i) == '=') {
                i++;
            }
            int end = i;
            while (i < text.length() && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
                i++;
            }
            return end > at && (i == text.length() || text.charAt(i) == ',');
        }

        private boolean quoted(StringBuilder value) {
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return true;
                }
                if (c == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            return false;
        }

        /** Skips to the next comma outside quoted strings; false if one is unterminated. */
        private boolean skipElement() {
            while (at < text.length() && text.charAt(at) != ',') {
                if (text.charAt(at) != '"') {
                    at++;
                } else if (!quoted(new StringBuilder())) {
                    return false;
                }
            }
            return true;
        }

        private void dropLast() {
            if (!schemes.isEmpty()) {
                schemes.remove(schemes.size() - 1);
                parameters.remove(parameters.size() - 1);
            }
        }

        private void skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private String token() {
            int start = at;
            while (at < text.length() && isTokenCharacter(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        private static boolean isTokenCharacter(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }
}
