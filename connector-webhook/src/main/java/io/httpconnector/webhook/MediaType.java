package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.webhook.BodyParser.UnsupportedException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A media type (RFC 9110, section 8.3.1), parsed completely: malformed text and duplicate parameters are rejected. The only class
 * that interprets media types. Immutable.
 *
 * @param name the type and subtype in lower case, such as {@code application/json}; empty for {@link #NONE}
 * @param parameters the parameter values by lower-case name
 */
record MediaType(String name, Map<String, String> parameters) {

    static final MediaType NONE = new MediaType("", Map.of());
    static final MediaType JSON = new MediaType("application/json", Map.of());
    static final MediaType FORM = new MediaType("application/x-www-form-urlencoded", Map.of());
    static final MediaType XML = new MediaType("application/xml", Map.of());
    static final MediaType TEXT = new MediaType("text/plain", Map.of());
    static final MediaType BINARY = new MediaType("application/octet-stream", Map.of());
    static final MediaType CLOUD_EVENT = new MediaType("application/cloudevents+json", Map.of());
    static final MediaType CLOUD_EVENTS = new MediaType("application/cloudevents-batch+json", Map.of());

    static MediaType parse(String text) throws UnsupportedException {
        if (text.equals("application/json")) {
            // The common case.
            return JSON;
        }
        return text.isBlank() ? NONE : new Parser(text).mediaType();
    }

    /** Parses a media type given by code or by a definition. */
    static MediaType defined(String text) {
        try {
            MediaType type = parse(text == null ? "" : text);
            if (!type.name.isEmpty()) {
                return type;
            }
        } catch (UnsupportedException e) {
            // Rejected below.
        }
        throw new InvalidDefinitionException(
                "media type",
                List.of(Texts.visible(String.valueOf(text))
                        + " is not a media type: use one such as application/json"));
    }

    static MediaType multipart(String boundary) {
        return new MediaType("multipart/form-data", Map.of("boundary", boundary));
    }

    boolean isJson() {
        return name.equals("application/json") || name.endsWith("+json");
    }

    boolean isForm() {
        return name.equals("application/x-www-form-urlencoded");
    }

    boolean isMultipart() {
        return name.startsWith("multipart/");
    }

    boolean isXml() {
        return name.equals("application/xml") || name.equals("text/xml") || name.endsWith("+xml");
    }

    boolean isText() {
        return name.startsWith("text/");
    }

    boolean isCloudEvents() {
        return name.startsWith("application/cloudevents");
    }

    Charset charset(Charset defaultValue) throws UnsupportedException {
        return charset(parameters.getOrDefault("charset", ""), defaultValue);
    }

    static Charset charset(String name, Charset defaultValue) throws UnsupportedException {
        try {
            return name.isEmpty() ? defaultValue : Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new UnsupportedException("the charset is unknown");
        }
    }

    /** Omits the parameters, which may contain arbitrary text. */
    @Override
    public String toString() {
        return name;
    }

    /** A left-to-right parser. */
    private static final class Parser {

        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        MediaType mediaType() throws UnsupportedException {
            skipSpace();
            String type = token();
            expect('/');
            String name = (type + "/" + token()).toLowerCase(Locale.ROOT);
            Map<String, String> parameters = new LinkedHashMap<>();
            skipSpace();
            while (at < text.length()) {
                expect(';');
                skipSpace();
                if (at < text.length() && text.charAt(at) != ';') {
                    parameter(parameters);
                    skipSpace();
                }
            }
            return new MediaType(name, Map.copyOf(parameters));
        }

        private void parameter(Map<String, String> parameters) throws UnsupportedException {
            String key = token().toLowerCase(Locale.ROOT);
            expect('=');
            String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
            if (parameters.put(key, value) != null) {
                throw malformed();
            }
        }

        private String token() throws UnsupportedException {
            int start = at;
            while (at < text.length() && isTokenCharacter(text.charAt(at))) {
                at++;
            }
            if (at == start) {
                throw malformed();
            }
            return text.substring(start, at);
        }

        private static boolean isTokenCharacter(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }

        private String quoted() throws UnsupportedException {
            StringBuilder value = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                at += text.charAt(at) == '\\' ? 1 : 0;
                if (at == text.length()) {
                    throw malformed();
                }
                value.append(text.charAt(at));
                at++;
            }
            expect('"');
            return value.toString();
        }

        private void skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private void expect(char c) throws UnsupportedException {
            if (at >= text.length() || text.charAt(at) != c) {
                throw malformed();
            }
            at++;
        }

        private static UnsupportedException malformed() {
            return new UnsupportedException("the media type is malformed");
        }
    }
}
