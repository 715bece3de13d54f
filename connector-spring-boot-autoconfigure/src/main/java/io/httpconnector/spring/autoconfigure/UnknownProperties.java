package io.httpconnector.spring.autoconfigure;

import io.httpconnector.internal.json.Suggestions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
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

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("connectors");
    private static final String CONNECTIONS = "connections";

    /** The properties of {@code @ConnectorTest}. */
    private static final String TEST_SOURCE = "connector test";

    private static final Pattern KUBERNETES = Pattern.compile(
            ".*\\.(service\\.host|service\\.port(\\..+)?|port(\\[[0-9]+\\]\\.(tcp|udp|sctp)(\\.[a-z]+)?)?)");

    /** Characters that Spring Boot ignores. */
    private static final Pattern CHANGED = Pattern.compile("[^A-Za-z0-9_.-]|\\.-");

    /** A property whose names are those of the service, and what follows. */
    private static final Pattern MAP_ENTRY =
            Pattern.compile("(connectors\\.connections\\.[^.\\[]+\\.(?:query|headers|values|secrets))([.\\[].*)");

    /** A name that Spring Boot does not change. */
    private static final Pattern PLAIN_ENTRY = Pattern.compile("(?:\\.[A-Za-z0-9_][A-Za-z0-9_-]*)+");

    /** An element of a list. */
    private static final Pattern LIST = Pattern.compile("\\.[^.\\[\\]]+\\[[0-9]+\\]");

    /** What surrounds a name in a wrong spelling. */
    private static final Pattern QUOTED = Pattern.compile("^\\.?\"?\\[(?=.*\\]\"?$)|^\\.|\\]\"$");

    /** The names of services as they are written first, by their form in which Spring Boot compares them. */
    private final Map<String, String> entries = new HashMap<>();

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
        if (environment instanceof ConfigurableEnvironment configurable) {
            configurable.getPropertySources().stream()
                    .filter(source -> !source.getName().equals(TEST_SOURCE)
                            && !(source instanceof SystemEnvironmentPropertySource))
                    .forEach(found::addChanged);
        }
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

    /** Adds the names that Spring Boot changes, because it ignores some characters outside brackets. */
    private void addChanged(PropertySource<?> source) {
        if (!(source instanceof EnumerablePropertySource<?> names)) {
            return;
        }
        for (String name : names.getPropertyNames()) {
            if (!name.startsWith(ROOT + ".")) {
                continue;
            }
            Matcher entry = MAP_ENTRY.matcher(name);
            String problem = null;
            if (entry.matches()) {
                problem = problemOfEntry(entry.group(1), entry.group(2));
            } else if (CHANGED.matcher(withoutBrackets(name)).find()) {
                problem = "use letters, digits and hyphens, or write the part in brackets, such as [a/b]";
            }
            if (problem != null) {
                ConfigurationPropertyName adapted = ConfigurationPropertyName.adapt(name, '.');
                problems.put(
                        adapted,
                        new Problem(
                                adapted,
                                name + ": Spring Boot would change this name: " + problem + ". It is set in "
                                        + origin(name, source)));
            }
        }
    }

    /**
     * Returns why a name of the service would be changed; null if it would not.
     *
     * @param group the property with the names
     * @param rest the name as it follows the group: {@code .name} or {@code [name]}
     */
    private @Nullable String problemOfEntry(String group, String rest) {
        if (PLAIN_ENTRY.matcher(rest).matches()) {
            String other =
                    entries.putIfAbsent(group + rest.replaceAll("[-_]", "").toLowerCase(Locale.ROOT), rest);
            return other == null || other.equals(rest)
                    ? null
                    : "it does not distinguish " + group + other + ": use one of them, or write both names in brackets";
        }
        if (isInBrackets(rest)) {
            return null;
        }
        String key = QUOTED.matcher(rest).replaceAll("");
        if (LIST.matcher(rest).matches()) {
            return "a name has one value and no list; if this is the name, write it as " + bracketed(group, key);
        }
        return key.chars().filter(c -> c == '[').count()
                                == key.chars().filter(c -> c == ']').count()
                        && !key.isEmpty()
                ? "write it as " + bracketed(group, key)
                : "such a name is possible in a connector document only";
    }

    private static String bracketed(String group, String key) {
        return group + "[" + key + "], in YAML with the key \"[" + key + "]\"";
    }

    /** Whether a text is one pair of brackets with balanced ones in it. */
    private static boolean isInBrackets(String text) {
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            depth += text.charAt(i) == '[' ? 1 : text.charAt(i) == ']' ? -1 : 0;
            if (depth == 0) {
                return text.startsWith("[") && i == text.length() - 1 && text.length() > 2;
            }
        }
        return false;
    }

    private static String origin(String name, PropertySource<?> source) {
        Origin origin = OriginLookup.getOrigin(source, name);
        return origin == null ? source.getName() : origin.toString();
    }

    private static String withoutBrackets(String name) {
        StringBuilder plain = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            // Empty brackets are part of a name.
            boolean isEmpty = c == '[' && depth == 0 && name.startsWith("[]", i);
            depth += c == '[' ? 1 : 0;
            if (depth == 0 || isEmpty) {
                plain.append(c);
            }
            depth -= c == ']' && depth > 0 ? 1 : 0;
        }
        return plain.toString();
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
