package io.httpconnector.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Adds connector documents, and the files of this library such as presets and SQL scripts, to native images. */
final class ConnectorResourceHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        hints.resources()
                .registerPattern("connectors/*.connector.yaml")
                .registerPattern("connectors/*.connector.yml")
                .registerPattern("connectors/*.connector.json")
                .registerPattern("io/httpconnector/**/*.json")
                .registerPattern("io/httpconnector/**/*.sql");
    }
}
