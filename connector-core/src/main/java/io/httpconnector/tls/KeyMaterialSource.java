package io.httpconnector.tls;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A source of certificates and keys: a file, which may change, or bytes, which do not change. */
final class KeyMaterialSource {

    private final @Nullable Path file;
    private final byte[] content;

    private KeyMaterialSource(@Nullable Path file, byte[] content) {
        this.file = file;
        this.content = content;
    }

    static KeyMaterialSource of(Path file) {
        return new KeyMaterialSource(notNull(file, "file"), new byte[0]);
    }

    static KeyMaterialSource of(byte[] content) {
        return new KeyMaterialSource(null, notNull(content, "content").clone());
    }

    static byte[] read(InputStream stream) {
        try {
            return notNull(stream, "stream").readAllBytes();
        } catch (IOException e) {
            throw new InvalidDefinitionException("stream", "it can't be read: " + e.getMessage());
        }
    }

    byte[] read() throws IOException {
        return file == null ? content : Files.readAllBytes(file);
    }

    /** Returns a text that changes when the content has changed. */
    String version() throws IOException {
        if (file == null) {
            return "";
        }
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
    }

    @Override
    public String toString() {
        return file == null ? "memory" : file.toString();
    }
}
