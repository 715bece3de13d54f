package io.httpconnector.template;

import io.httpconnector.Body;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSON body with pills. A body that is larger than a buffer is rendered twice: once to check and to measure it, and again
 * while it is sent, so that it takes no memory. Made by {@link JsonCompiler}.
 */
record JsonTemplate(JsonFragment part, int slots, List<PillUsage> uses) {

    JsonTemplate {
        uses = List.copyOf(uses);
    }

    /** The body, or null when it is to be left out, or when the scope has problems. */
    @Nullable Body render(RenderContext scope) {
        try (JsonWriter out = new JsonWriter(null)) {
            boolean written = part.write(scope, out, JsonFragment.NOTHING, 0);
            if (!written || !scope.problems().isEmpty()) {
                return null;
            }
            byte[] bytes = out.toBytes();
            return bytes == null ? streamed(scope, out.length()) : Body.jsonBytes(bytes);
        }
    }

    private Body streamed(RenderContext first, long length) {
        return Body.writing(
                stream -> write(stream, new RenderContext(first.root(), slots)), length, "application/json");
    }

    private void write(OutputStream stream, RenderContext scope) throws IOException {
        try (JsonWriter out = new JsonWriter(stream)) {
            boolean unused = part.write(scope, out, JsonFragment.NOTHING, 0);
            out.flush();
        } catch (UncheckedIOException e) {
            throw new IOException("the body can't be sent", e.getCause());
        }
        if (!scope.problems().isEmpty()) {
            throw new IOException("the values of the body have changed since it was rendered");
        }
    }
}
