package io.httpconnector.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** Tests the metadata with which an editor completes and explains properties. */
class ConfigurationMetadataTest {

    /** The properties of the starter by name. */
    private static Map<String, JsonNode> properties() throws IOException {
        Map<String, JsonNode> found = new TreeMap<>();
        List<URL> files = Collections.list(ConfigurationMetadataTest.class
                .getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"));
        for (URL file : files) {
            try (InputStream in = file.openStream()) {
                new ObjectMapper().readTree(in).path("properties").forEach(property -> {
                    String name = property.path("name").asText();
                    if (name.startsWith("connectors.")) {
                        found.put(name, property);
                    }
                });
            }
        }
        return found;
    }

    @Test
    void eachPropertyIsExplained() throws IOException {
        Map<String, JsonNode> properties = properties();

        assertThat(properties)
                .containsKeys(
                        "connectors.connections",
                        "connectors.documents",
                        "connectors.exchange-log.max-age",
                        "connectors.store.encryption-key",
                        "connectors.webhooks.base-path");
        assertThat(properties.values()).allSatisfy(property -> {
            assertThat(property.path("type").asText()).as(property.toString()).isNotEmpty();
            assertThat(property.path("description").asText())
                    .as(property.toString())
                    .isNotEmpty();
        });
    }

    /** A property of the metadata is never reported as unknown. */
    @Test
    void eachPropertyIsKnown() throws IOException {
        assertThat(properties().keySet()).allSatisfy(name -> {
            PropertyModel.Unknown unknown = PropertyModel.check(ConfigurationPropertyName.of(name), false, Map.of());
            assertThat(unknown == null || unknown.isGroup()).as(name).isTrue();
        });
    }
}
