package io.httpconnector.wizard;

import java.net.URI;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Detects the formats of JSON Schema (2020-12, section 7.3), and member names that are ids. */
final class FormatDetector {

    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d{2}-\\d{2}[Tt].*([Zz]|[+-]\\d{2}:\\d{2})");
    private static final Pattern URL = Pattern.compile("https?://\\S+");
    private static final Pattern ID = Pattern.compile("\\d+|(?=.*\\d)[0-9a-zA-Z]{15,}");
    private static final int MAX_LENGTH = 2000;

    private FormatDetector() {}

    /** Returns the format of a text, or null. */
    static @Nullable String of(String text) {
        if (text.length() > MAX_LENGTH) {
            return null;
        }
        if (UUID.matcher(text).matches()) {
            return "uuid";
        }
        if (EMAIL.matcher(text).matches()) {
            return "email";
        }
        try {
            if (DATE.matcher(text).matches()) {
                LocalDate unused = LocalDate.parse(text);
                return "date";
            }
            if (TIME.matcher(text).matches()) {
                OffsetDateTime unused = OffsetDateTime.parse(text);
                return "date-time";
            }
            if (URL.matcher(text).matches()) {
                URI unused = URI.create(text);
                return "uri";
            }
        } catch (DateTimeException | IllegalArgumentException e) {
            return null;
        }
        return null;
    }

    /** Whether a member name is probably a map key. */
    static boolean isId(String name) {
        return ID.matcher(name).matches() || UUID.matcher(name).matches();
    }
}
