package io.httpconnector.tls;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Loggers;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value derived from files that is rebuilt when the files change. While the files can't be read, such as during their
 * replacement, the old value remains in use. Thread-safe.
 */
final class ReloadingValue<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);

    /** Builds the value from the current content of the files. */
    @FunctionalInterface
    interface Loader<T> {
        T load() throws GeneralSecurityException, IOException;
    }

    private final String what;
    private final List<KeyMaterialSource> sources;
    private final Loader<T> loader;
    private List<String> versions;
    private T current;

    ReloadingValue(String what, List<KeyMaterialSource> sources, Loader<T> loader) {
        this.what = what;
        this.sources = sources;
        this.loader = loader;
        try {
            this.versions = versions();
            this.current = loader.load();
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidDefinitionException(what + " from " + sources.get(0), reason(e));
        }
    }

    /** Returns the value for the current content of the files. */
    synchronized T current() {
        try {
            List<String> now = versions();
            if (!now.equals(versions)) {
                // Set before loading, so that a change during loading causes another reload.
                versions = now;
                current = loader.load();
                LOG.info("The {} from {} has changed, and is read again", what, sources);
            }
        } catch (GeneralSecurityException | IOException e) {
            LOG.warn("The {} from {} has changed, but the old one remains in use: {}", what, sources, reason(e));
        }
        return current;
    }

    private List<String> versions() throws IOException {
        List<String> all = new ArrayList<>();
        for (KeyMaterialSource source : sources) {
            all.add(source.version());
        }
        return all;
    }

    private static String reason(Exception e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        return switch (e.getClass().getSimpleName()) {
            case "NoSuchFileException" -> "there is no file " + message;
            case "AccessDeniedException" -> "the file " + message + " may not be read";
            default -> message.isEmpty() ? e.getClass().getSimpleName() : message;
        };
    }
}
