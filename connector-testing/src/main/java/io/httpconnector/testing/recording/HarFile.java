package io.httpconnector.testing.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.ExchangeFormatter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes recordings as HTTP Archives, version 1.2. What the format lacks is in members whose names start with {@code _}. */
final class HarFile {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private HarFile() {}

    /** Writes a file. Replaces it as a whole if it exists. */
    static void write(Path file, List<RecordedEntry> entries) {
        ObjectNode har =
                ExchangeFormatter.harLog(entries.stream().map(HarFile::entry).toList());
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        try {
            Path whole = file.toAbsolutePath();
            Path directory = whole.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            Path part = whole.resolveSibling(whole.getFileName() + ".part");
            Files.writeString(part, MAPPER.writer(printer).writeValueAsString(har) + "\n");
            Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the recording can't be written as JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The recording " + file + " can't be written", e);
        }
    }

    private static ObjectNode entry(RecordedEntry recorded) {
        RecordedEntry.Sent sent = recorded.sent();
        RecordedEntry.Received received = recorded.received();
        RecordedEntry.StoredBody response = received == null ? null : received.body();
        ObjectNode entry = ExchangeFormatter.harEntry(new ExchangeFormatter.Values(
                sent.name(),
                sent.method(),
                sent.url(),
                values(sent.headers()),
                text(sent.body()),
                received == null ? 0 : received.status(),
                received == null ? Map.of() : values(received.headers()),
                text(response),
                recorded.startedAt(),
                recorded.elapsed()));
        RecordedEntry.StoredBody body = sent.body();
        if (body != null && !body.text().isEmpty()) {
            ObjectNode request = entry.withObject("/request");
            request.put("bodySize", body.bytes().length);
            ObjectNode posted = request.withObject("/postData").put("mimeType", body.mediaType());
            if (body.isBase64()) {
                posted.put("_encoding", "base64");
            }
        }
        if (response != null && response.isBase64()) {
            entry.withObject("/response/content")
                    .put("size", response.bytes().length)
                    .put("encoding", "base64");
        }
        if (!recorded.connection().isEmpty()) {
            entry.put("_connection", recorded.connection());
        }
        if (recorded.isWebhook()) {
            entry.put("_webhook", true);
        }
        if (received != null && !received.isWhole()) {
            entry.put("_complete", false).put("_length", received.length());
        }
        RecordedEntry.Failure failure = recorded.failure();
        if (failure != null) {
            entry.withObject("/response").put("_error", failure.message());
            entry.putObject("_failure")
                    .put("kind", failure.kind())
                    .put("reason", failure.reason())
                    .put("stale", failure.isStale())
                    .put("lasting", failure.isLasting());
        }
        return entry;
    }

    private static String text(RecordedEntry.@Nullable StoredBody body) {
        return body == null ? "" : body.text();
    }

    private static Map<String, List<String>> values(List<RecordedEntry.Field> fields) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (RecordedEntry.Field field : fields) {
            values.computeIfAbsent(Ascii.lowerCase(field.name()), any -> new ArrayList<>())
                    .add(field.value());
        }
        return values;
    }
}
