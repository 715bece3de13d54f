package io.httpconnector.auth.definition;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The type of an {@link InputField}: which control a form shows, and which values are valid. Values are texts, whatever the type; the
 * filters {@code number} and {@code boolean} of the template language convert them.
 */
public enum InputType {

    /** One line of text; the default. */
    TEXT,

    /** Several lines of text, such as a private key. */
    MULTILINE,

    /** A decimal number, such as {@code -1.5}. */
    NUMBER,

    /** A whole number, such as {@code 42}. */
    INTEGER,

    /** {@code true} or {@code false}, as a check box. */
    BOOLEAN,

    /** An absolute http or https URL. With a prefix or suffix, it is the URL with both. */
    URL,

    /** An email address. With a prefix or suffix, it is the address with both. */
    EMAIL,

    /** A date in ISO 8601, such as {@code 2026-01-31}. */
    DATE;

    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,100}(\\.[0-9]{1,100})?");
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,100}");
    private static final Pattern ADDRESS = Pattern.compile("[^\\s@<>(),;:\"\\[\\]]{1,64}@[^\\s@<>(),;:\"/]{1,255}");

    /** Returns the names in documents. */
    static List<String> names() {
        return Stream.of(values()).map(InputType::toString).toList();
    }

    /** Returns the type with a name; {@link #TEXT} if there is none. */
    static InputType of(@Nullable String name) {
        return Stream.of(values())
                .filter(type -> type.toString().equals(name))
                .findFirst()
                .orElse(TEXT);
    }

    /**
     * Returns why a value is invalid, without the value; null if it is valid.
     *
     * @param value the value as entered
     * @param complete the value with the prefix and suffix of its field
     */
    @Nullable String problem(String value, String complete) {
        return switch (this) {
            case NUMBER -> DECIMAL.matcher(value).matches() ? null : "it is not a number, such as 1.5";
            case INTEGER -> WHOLE.matcher(value).matches() ? null : "it is not a whole number, such as 42";
            case BOOLEAN -> value.equals("true") || value.equals("false") ? null : "it is neither true nor false";
            case URL -> isUrl(complete) ? null : "it is not a URL that starts with https:// or http://";
            case EMAIL ->
                ADDRESS.matcher(complete).matches() ? null : "it is not an email address, such as ann@example.com";
            case DATE -> isDate(value) ? null : "it is not a date, such as 2026-01-31";
            default -> null;
        };
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            return uri.getRawAuthority() != null
                    && !uri.getRawAuthority().isEmpty()
                    && ("https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isDate(String text) {
        try {
            LocalDate unused = LocalDate.parse(text);
            return text.length() == 10;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Returns the name in documents. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
