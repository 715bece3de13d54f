package io.httpconnector.testing.recording;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.text.LogSafe;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The choice between making a recording and replaying it. */
public enum RecordingMode {

    /** Replays the file if it exists; otherwise records. */
    AUTO,

    /** Records and replaces the file. */
    RECORD,

    /** Replays. A missing file is an error. */
    REPLAY;

    /** The system property that sets the mode: {@code true}, {@code never} or {@code missing}. */
    public static final String PROPERTY = "connector.record";

    /**
     * Returns the mode that the system property {@value #PROPERTY} selects: {@link #RECORD} for {@code true}, {@link #REPLAY} for
     * {@code never}, {@link #AUTO} for {@code missing}. Without the property, the mode is {@link #REPLAY} if the environment
     * variable {@code CI} is set to anything but {@code false}, as build servers do, and {@link #AUTO} otherwise.
     *
     * @return the mode
     * @throws InvalidDefinitionException if the property has another value
     */
    public static RecordingMode ofSystem() {
        return of(System.getProperty(PROPERTY), System.getenv());
    }

    static RecordingMode of(@Nullable String property, Map<String, String> environment) {
        if (property == null || property.isBlank()) {
            String ci = environment.getOrDefault("CI", "false").strip();
            return ci.isEmpty() || ci.equalsIgnoreCase("false") ? AUTO : REPLAY;
        }
        return switch (property.strip()) {
            case "true" -> RECORD;
            case "never" -> REPLAY;
            case "missing" -> AUTO;
            default ->
                throw new InvalidDefinitionException(
                        "system property " + PROPERTY,
                        List.of(LogSafe.visible(property) + " is unknown: use true, never or missing"));
        };
    }
}
