package io.httpconnector.spring.autoconfigure;

import io.httpconnector.internal.json.Suggestions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * A check for properties below {@code connectors} that do not exist, which Spring Boot ignores, and for connections with two spellings of
 * their name. Environment variables and system properties may belong to something else: of these, only those are reported whose
 * first part exists or is misspelt, and none that Kubernetes sets for a service.
 */
final class UnknownProperties {

    static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("connectors");
    private static final String CONNECTIONS = "connections";

    /** The properties of {@code @ConnectorTest}. */
    static final String TEST_SOURCE = "connector test";

    private static final Pattern KUBERNETES = Pattern.compile(
            ".*\\.(service\\.host|service\\.port(\\..+)?|port(\\[[0-9]+\\]\\.(tcp|udp|sctp)(\\.[a-z]+)?)?)");

    private final Map<ConfigurationPropertyName, Problem> problems = new LinkedHashMap<>();

    /** The connections as they are written, by their name in any spelling, with the origin of a property. */
    private final Map<String, Map<String, String>> connections = new LinkedHashMap<>();

    /** The connections as they are written first, by their name in any spelling. */
    private final Map<String, String> names = new HashMap<>();

    private UnknownProperties() {}

    /**
     * A property that does not exist.
     *
     * @param name its name, up to the first part that does not exist
     * @param text the problem
     */
    record Problem(ConfigurationPropertyName name, String text) {

        /** Whether the problem may be the reason that a connection is missing. */
        boolean mayHide(Set<String> connections) {
            return name.getNumberOfElements() == 2
                    || (name.getElement(1, Form.UNIFORM).equals(CONNECTIONS)
                            && !connections.contains(name.getElement(2, Form.ORIGINAL)));
        }
    }

    /** Returns a problem for each name. */
    static List<Problem> find(Environment environment) {
        UnknownProperties found = new UnknownProperties();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names && !isTest(source)) {
                names.stream().filter(ROOT::isAncestorOf).forEach(name -> found.addConnection(name, source));
            }
        }
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names && !isTest(source)) {
                names.stream().filter(ROOT::isAncestorOf).forEach(name -> found.check(name, source));
            }
        }
        found.connections.values().forEach(found::addSpellings);
        ChangedNames.find(environment).forEach(problem -> found.problems.put(problem.name(), problem));
        return List.copyOf(found.problems.values());
    }

    /** Returns the texts of all problems. */
    static List<String> problems(Environment environment) {
        return find(environment).stream().map(Problem::text).toList();
    }

    private static boolean isTest(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> properties
                && properties.getName().equals(TEST_SOURCE);
    }

    private static boolean isEnvironment(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
    }

    private static boolean isSystem(ConfigurationPropertySource source) {
        return isEnvironment(source)
                || (source.getUnderlyingSource() instanceof PropertySource<?> properties
                        && properties.getName().equals(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME));
    }

    private void addConnection(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        if (!isEnvironment(source)
                && name.getNumberOfElements() > 2
                && name.getElement(1, Form.UNIFORM).equals(CONNECTIONS)) {
            connections
                    .computeIfAbsent(name.getElement(2, Form.UNIFORM), uniform -> new LinkedHashMap<>())
                    .putIfAbsent(name.getElement(2, Form.ORIGINAL), origin(name, source));
            names.putIfAbsent(name.getElement(2, Form.UNIFORM), name.getElement(2, Form.ORIGINAL));
        }
    }

    private void addSpellings(Map<String, String> spellings) {
        if (spellings.size() > 1) {
            StringBuilder text =
                    new StringBuilder("connectors.connections: two spellings of a name are one connection:");
            spellings.forEach((name, origin) -> text.append(" \"")
                    .append(name)
                    .append("\" in ")
                    .append(origin)
                    .append(';'));
            text.append(" use one of them for all properties");
            ConfigurationPropertyName first = ROOT.append(CONNECTIONS)
                    .append(spellings.keySet().iterator().next());
            problems.put(first, new Problem(first, text.toString()));
        }
    }

    private void check(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        boolean isEnvironment = isEnvironment(source);
        PropertyModel.Unknown unknown = PropertyModel.check(name, isEnvironment, names);
        if (unknown == null) {
            return;
        }
        if (unknown.isGroup()) {
            addGroup(name, unknown, source);
            return;
        }
        String wrong = name.getElement(unknown.index(), Form.ORIGINAL);
        String nearest = Suggestions.of(wrong, unknown.known());
        boolean isOther =
                isSystem(source) && unknown.index() == 1 && Suggestions.ofName(wrong, unknown.known()) == null;
        if (isOther || (isEnvironment && isOfKubernetes(name, source))) {
            return;
        }
        ConfigurationPropertyName known = name.chop(unknown.index());
        ConfigurationPropertyName shown = name.chop(unknown.index() + 1);
        problems.computeIfAbsent(
                shown,
                key -> new Problem(
                        shown,
                        shown + ": there is no such property" + advice(known, shown, unknown, nearest)
                                + " It is set in " + origin(name, source)));
    }

    /** Adds a value in place of properties. YAML has an empty one for a group whose properties are comments. */
    private void addGroup(
            ConfigurationPropertyName name, PropertyModel.Unknown unknown, ConfigurationPropertySource source) {
        ConfigurationProperty property = source.getConfigurationProperty(name);
        if (property != null
                && !isSystem(source)
                && property.getValue() instanceof CharSequence value
                && !value.isEmpty()) {
            String advice = unknown.known().isEmpty()
                    ? ", such as " + name + ".NAME"
                    : ": use one of " + new TreeSet<>(unknown.known());
            problems.putIfAbsent(
                    name,
                    new Problem(
                            name,
                            name + ": it has a value, but is a group of properties" + advice + ". It is set in "
                                    + origin(name, source)));
        }
    }

    private static String advice(
            ConfigurationPropertyName known,
            ConfigurationPropertyName shown,
            PropertyModel.Unknown unknown,
            @Nullable String nearest) {
        if (unknown.variable() != null) {
            return ": as an environment variable, it is " + unknown.variable() + ".";
        }
        boolean isOfConnection = shown.getNumberOfElements() == 4
                && shown.getElement(1, Form.UNIFORM).equals(CONNECTIONS);
        if (isOfConnection) {
            switch (shown.getElement(3, Form.UNIFORM)) {
                case "trust", "clientcertificate" -> {
                    return ": use ssl.bundle.";
                }
                case "rules", "cache", "interceptors" -> {
                    return ": only connector documents have it.";
                }
                default -> {}
            }
        }
        if (nearest != null) {
            return ": did you mean \"" + known + "." + nearest + "\"?";
        }
        return unknown.known().isEmpty()
                ? ": " + known + " has no properties below it."
                : ": use one of " + new TreeSet<>(unknown.known()) + ".";
    }

    private static boolean isOfKubernetes(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        if (!KUBERNETES.matcher(name.toString()).matches()) {
            return false;
        }
        ConfigurationProperty property = source.getConfigurationProperty(name);
        return !name.getLastElement(Form.UNIFORM).equals("port")
                || name.toString().contains(".service.")
                || property == null
                || String.valueOf(property.getValue()).contains("://");
    }

    private static String origin(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        ConfigurationProperty property = source.getConfigurationProperty(name);
        return property == null || property.getOrigin() == null
                ? "a property source"
                : property.getOrigin().toString();
    }
}
