package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a multipart body in an HTTP Archive, from its text (RFC 7578) or else from its parameters. Browsers leave out
 * the content of files; Chrome's parameters also lack their names and types.
 */
final class HarMultipart {

    private static final Pattern BOUNDARY = Pattern.compile("(?i);\\s*boundary=(?:\"([^\"]+)\"|([^;\\s]+))");
    private static final Pattern NAME = Pattern.compile("(?i);\\s*name=(?:\"([^\"]*)\"|([^;\\s]+))");
    private static final Pattern FILE_NAME = Pattern.compile("(?i);\\s*filename=(?:\"([^\"]*)\"|([^;\\s]+))");

    /** A value that Chrome writes in place of a part with a file name or a media type. */
    private static final String BINARY = "(binary)";

    /**
     * A part.
     *
     * @param name the name of the field
     * @param value the text; null if the archive lacks it
     */
    private record Part(
            String name,
            @Nullable String value,
            @Nullable String fileName,
            @Nullable String contentType) {}

    private HarMultipart() {}

    /** Adds the parts of a body; false if it has none that can be read. */
    static boolean read(JsonNode body, RequestDefinitionBuilder definition) {
        List<Part> parts =
                ofText(body.path("text").asText(""), body.path("mimeType").asText(""));
        if (parts.isEmpty()) {
            parts = ofParameters(body.path("params"));
            // A delimiter only contains nothing that could be lost.
            if (!parts.isEmpty() && body.path("text").asText("").strip().indexOf('\n') >= 0) {
                definition.note("the text of the body is not complete: its parameters are used");
            }
        } else {
            noteDifference(parts, body.path("params"), definition);
        }
        parts.forEach(part -> add(part, definition));
        return !parts.isEmpty();
    }

    /** Notes parameters that differ from the parts. Archives leave out the content of files, and of parts with a media type. */
    private static void noteDifference(List<Part> parts, JsonNode parameters, RequestDefinitionBuilder definition) {
        List<HarPairs.Pair> pairs = new ArrayList<>();
        for (Part part : parts) {
            String value = part.fileName == null && part.contentType == null ? part.value : null;
            boolean isExact = value != null;
            String text = value == null ? "" : RequestDefinitionBuilder.escapeBraces(value);
            pairs.add(new HarPairs.Pair(RequestDefinitionBuilder.escapeBraces(part.name), text, isExact));
        }
        HarPairs.noteDifference("parts that differ from the text of the body", pairs, parameters, definition);
    }

    private static void add(Part part, RequestDefinitionBuilder definition) {
        if (part.fileName != null) {
            definition.file(
                    part.name, part.fileName, part.contentType == null ? "application/octet-stream" : part.contentType);
        } else if (part.value == null) {
            definition.contentPart(part.name, "the part " + part.name, part.contentType);
        } else {
            definition.templatePart(part.name, RequestDefinitionBuilder.escapeBraces(part.value), part.contentType);
        }
    }

    /** Returns the parts of a text; none if it is not complete. */
    private static List<Part> ofText(String text, String mediaType) {
        String boundary = group(BOUNDARY, mediaType);
        List<Part> parts = new ArrayList<>();
        if (boundary == null) {
            return parts;
        }
        // A line end belongs to the delimiter after it (RFC 2046, section 5.1.1).
        String[] pieces = ("\r\n" + text).split("\\r?\\n--" + Pattern.quote(boundary), -1);
        for (int i = 1; i < pieces.length && !pieces[i].startsWith("--"); i++) {
            Part part = part(pieces[i]);
            if (part == null) {
                return List.of();
            }
            parts.add(part);
        }
        boolean isComplete = pieces[pieces.length - 1].startsWith("--");
        return isComplete ? parts : List.of();
    }

    private static @Nullable Part part(String piece) {
        Matcher end = Pattern.compile("\\r?\\n\\r?\\n").matcher(piece);
        if (!end.find()) {
            return null;
        }
        String name = null;
        String fileName = null;
        String contentType = null;
        for (String line : piece.substring(0, end.start()).lines().toList()) {
            if (line.regionMatches(true, 0, "content-disposition:", 0, 20)) {
                name = group(NAME, line);
                fileName = group(FILE_NAME, line);
            } else if (line.regionMatches(true, 0, "content-type:", 0, 13)) {
                contentType = line.substring(13).strip();
            }
        }
        String value = piece.substring(end.end());
        return name == null ? null : new Part(name, HarReader.isText(value) ? value : null, fileName, contentType);
    }

    private static List<Part> ofParameters(JsonNode parameters) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode one : parameters) {
            String value = one.path("value").asText("");
            boolean isMissing = value.equals(BINARY) || !HarReader.isText(value);
            parts.add(new Part(
                    one.path("name").asText(),
                    isMissing ? null : value,
                    one.path("fileName").asText(null),
                    one.path("contentType").asText(null)));
        }
        return parts;
    }

    private static @Nullable String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return null;
        }
        return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    }
}
