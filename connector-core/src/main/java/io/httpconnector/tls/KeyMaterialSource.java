package io.httpconnector.tls;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A source of certificates and keys: a file or a supplier, whose content may change, or bytes, which do not change. */
final class KeyMaterialSource {

    private final @Nullable Path file;
    private final Supplier<byte[]> content;
    private final boolean mayChange;

    private KeyMaterialSource(@Nullable Path file, Supplier<byte[]> content, boolean mayChange) {
        this.file = file;
        this.content = content;
        this.mayChange = mayChange;
    }

    static KeyMaterialSource of(Path file) {
        return new KeyMaterialSource(notNull(file, "file"), () -> new byte[0], true);
    }

    static KeyMaterialSource of(byte[] content) {
        byte[] copy = notNull(content, "content").clone();
        return new KeyMaterialSource(null, () -> copy, false);
    }

    static KeyMaterialSource of(Supplier<byte[]> content) {
        return new KeyMaterialSource(null, notNull(content, "content"), true);
    }

    static byte[] read(InputStream stream) {
        try {
            return notNull(stream, "stream").readAllBytes();
        } catch (IOException e) {
            throw new InvalidDefinitionException("stream", "it can't be read: " + e.getMessage());
        }
    }

    byte[] read() throws IOException {
        return file == null ? content.get() : Files.readAllBytes(file);
    }

    /** Returns a text that changes when the content has changed. */
    String version() throws IOException {
        if (file == null) {
            return mayChange ? Hashing.fingerprint(content.get()) : "";
        }
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
    }

    /** Sources are equal if they always have the same content: the same file, equal bytes, or the same supplier. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof KeyMaterialSource that) || mayChange != that.mayChange) {
            return false;
        }
        if (file != null || that.file != null) {
            return Objects.equals(file, that.file);
        }
        return mayChange ? content.equals(that.content) : Arrays.equals(content.get(), that.content.get());
    }

    @Override
    public int hashCode() {
        return file != null ? file.hashCode() : mayChange ? content.hashCode() : Arrays.hashCode(content.get());
    }

    @Override
    public String toString() {
        return file == null ? "memory" : file.toString();
    }
}
