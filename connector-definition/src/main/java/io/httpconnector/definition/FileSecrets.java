package io.httpconnector.definition;

import io.httpconnector.ConnectorException;
import io.httpconnector.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Secrets in files, one each. A name that would leave its directory has no file. */
record FileSecrets(Path directory) implements SecretSource {

    @Override
    public @Nullable Secret find(SecretReference reference) {
        Path folder = directory;
        for (String part : new String[] {reference.tenant(), reference.connector(), reference.name()}) {
            if (part.isEmpty()
                    || part.startsWith(".")
                    || part.contains("/")
                    || part.contains("\\")
                    || part.contains("\0")) {
                return null;
            }
            folder = folder.resolve(part);
        }
        Path file = folder;
        return Files.isRegularFile(file) ? Secret.from(() -> read(file)) : null;
    }

    private static String read(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return text.endsWith("\n") ? text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1)) : text;
        } catch (IOException e) {
            throw new ConnectorException("The secret " + file.getFileName() + " could not be read", e);
        }
    }
}
