package io.httpconnector.testing.recording;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.LogSafe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of an HTTP Archive: texts, Base64, and files beside the archive ({@code _file}), as Playwright writes them. */
final class HarContentReader {

    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/\\s]*+=*+\\s*+");

    private final Path archive;
    private final List<String> problems;

    /**
     * Creates a reader.
     *
     * @param archive the file of the archive
     * @param problems receives the problems
     */
    HarContentReader(Path archive, List<String> problems) {
        this.archive = archive;
        this.problems = problems;
    }

    /** Returns the body of a response; null if it was not exported. */
    RecordedEntry.@Nullable StoredBody response(
            JsonNode content, String contentType, boolean isForeign, boolean isHead, String pointer) {
        JsonNode text = content.path("text");
        long size = content.path("size").asLong(0);
        if (content.has("_file") && !text.isTextual()) {
            return file(content.path("_file"), contentType, pointer + "/_file");
        }
        if (!text.isMissingNode() && !text.isNull() && !text.isTextual()) {
            problems.add(pointer + "/text: it is no text: write JSON as an escaped string");
            return null;
        }
        if (text.isTextual() && !(isForeign && text.asText().isEmpty() && size > 0 && !isHead)) {
            RecordedEntry.StoredBody body =
                    text(contentType, text.asText(), content.path("encoding").asText(""), pointer + "/text");
            checkSize(body, isForeign && !isHead ? size : 0, pointer);
            return body;
        }
        return size <= 0 || isHead ? new RecordedEntry.StoredBody(contentType, "", false) : null;
    }

    /** Reports a body that is shorter than its size by more than its charset and the counting of a tool explain. */
    private void checkSize(RecordedEntry.StoredBody body, long size, String pointer) {
        long length = body.text().length();
        boolean isCounted = size <= Math.max(length, body.isBase64() ? 0 : utf8Length(body.text()));
        boolean isPlain = body.isBase64() || body.text().chars().allMatch(c -> c < 0x80);
        long tolerance = CharsetDetector.charset(body.mediaType()).equals(StandardCharsets.UTF_8) && isPlain ? 1 : 4;
        // A short text may be longer after compression, and a tool may count the header.
        if (!isCounted && size > tolerance * length + 1024) {
            problems.add(pointer + "/text: it has " + length + " characters, but the size is " + size
                    + ": the body is truncated: export the archive again, without a limit for bodies");
        }
    }

    private static long utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Returns a body that is written in the archive. */
    RecordedEntry.StoredBody text(String type, String text, String encoding, String pointer) {
        boolean isBase64 = encoding.equalsIgnoreCase("base64");
        if (!encoding.isEmpty() && !isBase64) {
            problems.add(pointer + ": the encoding " + LogSafe.visible(encoding) + " is unknown: use base64");
        }
        if (isBase64) {
            try {
                var unused = Base64.getMimeDecoder().decode(text);
                if (!BASE64.matcher(text).matches()) {
                    problems.add(pointer + ": it is not Base64: it has other characters");
                }
            } catch (IllegalArgumentException e) {
                problems.add(pointer + ": it is not Base64: " + e.getMessage());
            }
        }
        return new RecordedEntry.StoredBody(type, text, isBase64);
    }

    /** Returns a body that is in a file within the directory of the archive; null if it can't be read. */
    RecordedEntry.@Nullable StoredBody file(JsonNode name, String type, String pointer) {
        if (!name.isTextual() || name.asText().isEmpty()) {
            problems.add(pointer + ": it is not the name of a file");
            return null;
        }
        String shown = LogSafe.visible(name.asText());
        try {
            Path directory = Objects.requireNonNull(
                    archive.toAbsolutePath().normalize().getParent(), "directory of the recording");
            Path file = directory.resolve(name.asText()).normalize();
            if (!file.startsWith(directory) || file.equals(directory)) {
                problems.add(pointer + ": " + shown + " is outside the directory of the recording");
                return null;
            }
            if (!Files.isRegularFile(file)) {
                problems.add(
                        pointer + ": the file " + shown
                                + " is missing beside the recording: copy it there, or export the archive with embedded content");
                return null;
            }
            if (!file.toRealPath().startsWith(directory.toRealPath())) {
                problems.add(pointer + ": " + shown + " is outside the directory of the recording");
                return null;
            }
            byte[] bytes = Files.readAllBytes(file);
            boolean isText = CharsetDetector.isUtf8(bytes)
                    && CharsetDetector.charset(type).equals(StandardCharsets.UTF_8);
            return isText
                    ? new RecordedEntry.StoredBody(type, new String(bytes, StandardCharsets.UTF_8), false)
                    : new RecordedEntry.StoredBody(type, Base64.getEncoder().encodeToString(bytes), true);
        } catch (InvalidPathException e) {
            problems.add(pointer + ": " + shown + " is not the name of a file");
        } catch (IOException e) {
            problems.add(pointer + ": " + shown + " can't be read: " + e.getMessage());
        }
        return null;
    }
}
