package io.httpconnector.template;

import io.httpconnector.Body;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compiled JSON body. A body larger than a buffer is rendered twice: first to check and measure it, and again while it is
 * sent, so that it is never held in memory. Created by {@link JsonCompiler}.
 */
record JsonTemplate(JsonFragment root, int maxEachDepth, List<PillUsage> usages) {

    JsonTemplate {
        usages = List.copyOf(usages);
    }

    /** Renders the body. Returns null if it is omitted, or if the context has problems. */
    @Nullable Body render(RenderContext context) {
        try (JsonWriter out = new JsonWriter(null)) {
            boolean written = root.write(context, out, JsonFragment.NO_PREFIX, 0);
            if (!written || !context.problems().isEmpty()) {
                return null;
            }
            byte[] bytes = out.toBytes();
            return bytes == null ? streamed(context, out.length()) : Body.jsonBytes(bytes);
        }
    }

    private Body streamed(RenderContext first, long length) {
        return Body.writing(
                stream -> write(stream, new RenderContext(first.root(), maxEachDepth)), length, "application/json");
    }

    private void write(OutputStream stream, RenderContext context) throws IOException {
        try (JsonWriter out = new JsonWriter(stream)) {
            boolean unused = root.write(context, out, JsonFragment.NO_PREFIX, 0);
            out.flush();
        } catch (UncheckedIOException e) {
            throw new IOException("the body could not be sent", e.getCause());
        }
        if (!context.problems().isEmpty()) {
            throw new IOException(
                    "the values of the body changed after it was rendered: do not modify them" + " until it is sent");
        }
    }
}
