package io.httpconnector.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.httpconnector.definition.configuration.ConfiguredConnectors;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests which properties of MicroProfile Config are those of connectors, with a configuration as Quarkus has it. */
class MicroProfilePropertiesTest {

    private static final String FILE = "PropertiesConfigSource[source=application.properties]";
    private static final String ENVIRONMENT = "EnvConfigSource";

    /** The properties with the names of their sources; the value of each is its name. */
    private final Map<String, String> sources = new TreeMap<>();

    @AfterEach
    void reset() {
        ConfigProviderResolver.setInstance(null);
    }

    private Map<String, ?> properties() {
        Config config = stub(Config.class, (name, arguments) -> switch (name) {
            case "getPropertyNames" -> sources.keySet();
            case "getOptionalValue" -> Optional.of(arguments[0]);
            case "getConfigValue" ->
                stub(ConfigValue.class, (method, none) -> sources.get(String.valueOf(arguments[0])));
            default -> throw new UnsupportedOperationException(name);
        });
        ConfigProviderResolver.setInstance(new ConfigProviderResolver() {
            @Override
            public Config getConfig() {
                return config;
            }

            @Override
            public Config getConfig(ClassLoader loader) {
                return config;
            }

            @Override
            public org.eclipse.microprofile.config.spi.ConfigBuilder getBuilder() {
                throw new UnsupportedOperationException();
            }

            @Override
            public void registerConfig(Config registered, ClassLoader loader) {}

            @Override
            public void releaseConfig(Config released) {}
        });
        return new MicroProfileProperties().properties();
    }

    /** Returns the result of a method. */
    private interface Behavior {
        Object result(String method, Object[] arguments);
    }

    private static <T> T stub(Class<T> type, Behavior behavior) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> behavior.result(method.getName(), arguments)));
    }

    /** Kubernetes sets variables for a service with the name "connectors". */
    @Test
    void variablesThatBelongToSomethingElseAreIgnored() {
        for (String name : new String[] {
            "connectors.service.host", "connectors.service.port.http", "connectors.port", "connectors.home"
        }) {
            sources.put(name, ENVIRONMENT);
        }
        sources.put("connectors.connections.shop.secrets.token", ENVIRONMENT);
        sources.put("connectors.redirect.uri", ENVIRONMENT);
        sources.put("connectors.auto-startup", ENVIRONMENT);
        // Reported later, with the name that is meant.
        sources.put("connectors.conections.shop.base.url", ENVIRONMENT);

        assertThat(properties().keySet())
                .map(String::valueOf)
                .containsExactlyInAnyOrder(
                        "connectors.connections.shop.secrets.token",
                        "connectors.conections.shop.base.url",
                        "connectors.redirect.uri",
                        "connectors.auto-startup");
    }

    /** An environment variable of each group is read, also with an underscore in place of a hyphen. */
    @Test
    void variablesOfAllGroupsAreRead() {
        String problem = catchThrowable(() -> ConfiguredConnectors.of(Map.of("connectors.zzzzzz", "x"))
                        .build())
                .getMessage();
        Matcher known = Pattern.compile("known members are ([A-Za-z0-9, ]+)").matcher(problem);
        assertThat(known.find()).as(problem).isTrue();
        List<String> groups = List.of(known.group(1).split(", "));
        assertThat(groups).contains("connections", "documents", "store", "webhooks");
        for (String group : groups) {
            String words = group.replaceAll("(?=[A-Z])", ".").toLowerCase(Locale.ROOT);
            sources.put("connectors." + words + ".x", ENVIRONMENT);
            sources.put("connectors." + words.replace(".", "-") + ".x", ENVIRONMENT);
        }

        // Those for Spring Boot only may belong to something else.
        sources.keySet().removeIf(name -> name.matches("connectors\\.(jdbc|polling|registry|exchange|oauth2).*"));
        assertThat(properties().keySet()).map(String::valueOf).containsExactlyInAnyOrderElementsOf(sources.keySet());
    }

    /** A misspelt name in a file is reported later. */
    @Test
    void allPropertiesOfFilesAreRead() {
        sources.put("connectors.conections.shop.base-url", FILE);
        sources.put("connectors.home", FILE);
        sources.put("quarkus.http.port", FILE);

        assertThat(properties().keySet())
                .map(String::valueOf)
                .containsExactlyInAnyOrder("connectors.conections.shop.base-url", "connectors.home");
    }
}
