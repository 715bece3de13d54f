package io.httpconnector.wizard;

import io.httpconnector.InvalidDefinitionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Reads text files in a directory that the caller permits. Symbolic links out of it are rejected.
 *
 * @param directory the directory
 * @param maxMebibytes the maximum size of a file
 */
record PermittedFiles(Path directory, int maxMebibytes) {

    /** Returns the real path of a file. */
    Path find(String name) {
        return find(directory, name);
    }

    /**
     * Returns the real path of a file.
     *
     * @param base the directory to which the name is relative
     * @throws InvalidDefinitionException if it is not a file in the permitted directory
     */
    Path find(Path base, String name) {
        try {
            Path root = directory.toRealPath();
            Path file = base.toRealPath().resolve(name).toRealPath();
            if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                throw invalid(name, "is not in the permitted directory");
            }
            return file;
        } catch (IOException | InvalidPathException e) {
            throw invalid(name, "can't be read in the permitted directory");
        }
    }

    /**
     * Returns the text of a file.
     *
     * @param file the result of {@code find}
     * @param name its name in messages
     * @throws InvalidDefinitionException if it is too large, or not text in UTF-8
     */
    String text(Path file, String name) {
        try {
            if (Files.size(file) > maxMebibytes * 1024L * 1024) {
                throw invalid(name, "is larger than " + maxMebibytes + " MiB");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw invalid(name, "is not text in UTF-8");
        } catch (IOException e) {
            throw invalid(name, "can't be read in the permitted directory");
        }
    }

    private static InvalidDefinitionException invalid(String name, String problem) {
        return new InvalidDefinitionException("file", "the file " + name + " " + problem);
    }
}
