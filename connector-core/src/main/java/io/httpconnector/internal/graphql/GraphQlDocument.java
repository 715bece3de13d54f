package io.httpconnector.internal.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.Suggestions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a GraphQL document with their variables, as far as they must be known before it is sent: which operation is
 * executed, whether it may be repeated, and which variables it has. The service checks everything else. Immutable.
 */
public final class GraphQlDocument {

    /** The header field Accept of GraphQL over HTTP. */
    public static final String NOT_BY_GET = "a mutation can't be sent by GET: use POST";

    public static final String ACCEPT = "application/graphql-response+json, application/json;q=0.9";

    private static final Set<String> TYPES = Set.of("query", "mutation", "subscription");

    /** An operation. */
    private record DocumentOperation(String type, String name, Set<String> variables, boolean hasOneField) {}

    private final List<DocumentOperation> operations;

    private GraphQlDocument(List<DocumentOperation> operations) {
        this.operations = List.copyOf(operations);
    }

    /**
     * Parses a document.
     *
     * @param problems receives the problems, with line and column
     */
    public static GraphQlDocument parse(String text, List<String> problems) {
        return new DefinitionReader(text, problems).document();
    }

    /**
     * Checks whether an operation with these variables can be executed.
     *
     * @param operationName the name of the operation; null if the document has one
     * @param variables the names of the variables that have values
     * @param problems receives the problems
     */
    public void check(@Nullable String operationName, Set<String> variables, List<String> problems) {
        DocumentOperation operation = operation(operationName, problems);
        if (operation == null) {
            return;
        }
        if (operation.type.equals("subscription")) {
            problems.add("a subscription has no single response: use a query or a mutation");
        }
        for (String variable : variables) {
            if (!operation.variables.contains(variable)) {
                String similar = Suggestions.ofName(variable, operation.variables);
                problems.add("the operation declares no variable $" + variable + ": "
                        + (similar == null ? "" : "did you mean $" + similar + "? ")
                        + (operation.variables.isEmpty()
                                ? "it declares none"
                                : "it declares $" + String.join(", $", operation.variables)));
            }
        }
    }

    private @Nullable DocumentOperation operation(@Nullable String name, List<String> problems) {
        if (name == null) {
            if (operations.size() > 1) {
                problems.add("the document has several operations: set operationName to one of " + names());
            }
            return operations.size() == 1 ? operations.get(0) : null;
        }
        DocumentOperation found = operations.stream()
                .filter(operation -> operation.name.equals(name))
                .findFirst()
                .orElse(null);
        if (found == null && !operations.isEmpty()) {
            problems.add("the document has no operation \"" + name + "\": it has " + names());
        }
        return found;
    }

    private List<String> names() {
        return operations.stream()
                .map(operation -> operation.name.isEmpty() ? "one without a name" : operation.name)
                .toList();
    }

    /** Whether the operation only reads, so that it may be repeated. */
    public boolean isQuery(@Nullable String operationName) {
        DocumentOperation operation = operation(operationName, new ArrayList<>());
        return operation != null && operation.type.equals("query");
    }

    /** Whether the operation has exactly one field on its top level, which is not in a fragment. */
    public boolean hasOneField(@Nullable String operationName) {
        DocumentOperation operation = operation(operationName, new ArrayList<>());
        return operation != null && operation.hasOneField;
    }

    /** Reads the definitions on the top level. */
    private static final class DefinitionReader {

        private final GraphQlScanner scanner;
        private final List<String> problems;
        private final List<DocumentOperation> operations = new ArrayList<>();
        private final Map<String, String> ofFragments = new LinkedHashMap<>();
        /** The texts that look like variables, with their location. */
        private final Map<String, String> quoted = new LinkedHashMap<>();

        DefinitionReader(String text, List<String> problems) {
            this.scanner = new GraphQlScanner(text);
            this.problems = problems;
        }

        GraphQlDocument document() {
            int before = problems.size();
            String token = scanner.next();
            if (token.isEmpty()) {
                problems.add("the query is empty");
            }
            while (!token.isEmpty() && problems.size() == before) {
                if (token.equals("{") && scanner.isString()) {
                    problems.add(scanner.location()
                            + ": it is JSON and not GraphQL: pass the text of its member \"query\" as the"
                            + " document, and its variables by variable(name, value)");
                } else if (token.equals("{")) {
                    operations.add(new DocumentOperation("query", "", Set.of(), selection(Set.of())));
                } else if (TYPES.contains(token)) {
                    operation(token);
                } else if (token.equals("fragment")) {
                    skipTo("{");
                    skipBrackets("{", ofFragments);
                } else {
                    problems.add(
                            scanner.location() + ": expected query, mutation, fragment or {, found \"" + token + "\"");
                }
                token = scanner.next();
            }
            if (operations.isEmpty() && problems.size() == before) {
                problems.add("the document has no operation");
            }
            // A fragment belongs to the operations that use it: at least one of them declares its variables.
            Set<String> declared = new LinkedHashSet<>();
            operations.forEach(operation -> declared.addAll(operation.variables));
            checkDeclared(ofFragments, declared);
            return new GraphQlDocument(operations);
        }

        private void operation(String type) {
            String name = "";
            Set<String> variables = new LinkedHashSet<>();
            Map<String, String> used = new LinkedHashMap<>();
            String token = scanner.next();
            if (token.matches("[_A-Za-z]\\w*")) {
                name = token;
                token = scanner.next();
            }
            if (token.equals("(")) {
                variables(variables);
                token = scanner.next();
            }
            while (!token.equals("{") && !token.isEmpty()) {
                // Directives.
                if (token.equals("(")) {
                    skipBrackets("(", used);
                }
                token = scanner.next();
            }
            checkDeclared(used, variables);
            if (token.isEmpty()) {
                problems.add("the operation has no selection: it must end with { ... }");
            }
            boolean hasOneField = !token.isEmpty() && selection(variables);
            operations.add(new DocumentOperation(type, name, variables, hasOneField));
        }

        /**
         * Reads the selection of an operation, which uses declared variables only.
         *
         * @return whether it has exactly one field, which is not in a fragment
         */
        private boolean selection(Set<String> declared) {
            Map<String, String> used = new LinkedHashMap<>();
            quoted.clear();
            boolean hasOneField = skipBrackets("{", used);
            checkDeclared(used, declared);
            quoted.forEach((variable, location) -> {
                if (declared.contains(variable)) {
                    problems.add(location + ": \"$" + variable + "\" in quotes is a text and not the variable: write $"
                            + variable + " without quotes");
                }
            });
            return hasOneField;
        }

        private void checkDeclared(Map<String, String> used, Set<String> declared) {
            used.forEach((variable, location) -> {
                if (!declared.contains(variable)) {
                    String similar = Suggestions.ofName(variable, declared);
                    problems.add(location + ": the variable $" + variable + " is not declared: "
                            + (similar == null
                                    ? "declare it after the name of the operation, such as ($" + variable + ": String)"
                                    : "did you mean $" + similar + "?"));
                }
            });
        }

        /** Each variable is followed by a colon; default values can't contain variables. */
        private void variables(Set<String> variables) {
            String token = scanner.next();
            for (int depth = 1; depth > 0 && !token.isEmpty(); ) {
                if (token.startsWith("$") && depth == 1) {
                    variables.add(token.substring(1));
                }
                token = scanner.next();
                depth += "([{".contains(token) && !token.isEmpty()
                        ? 1
                        : ")]}".contains(token) && !token.isEmpty() ? -1 : 0;
            }
        }

        private void skipTo(String expected) {
            String token = scanner.next();
            while (!token.equals(expected) && !token.isEmpty()) {
                token = scanner.next();
            }
        }

        /**
         * Skips to the bracket that closes the one that was read.
         *
         * @param used receives the variables on the way, with the location of their first use
         * @return whether there is exactly one field, and no fragment, directly within the bracket
         */
        private boolean skipBrackets(String open, Map<String, String> used) {
            Deque<String> expected = new ArrayDeque<>();
            expected.push(closing(open));
            int fields = 0;
            String before = "";
            while (!expected.isEmpty()) {
                String token = scanner.next();
                if (token.isEmpty()) {
                    problems.add("a " + expected.peek() + " is missing at the end");
                    return false;
                }
                if (expected.size() == 1) {
                    // A name after a colon has an alias, and one after @ is a directive.
                    boolean isField = token.matches("[_A-Za-z]\\w*") && !before.equals(":") && !before.equals("@");
                    fields += isField || token.equals(".") ? 1 : 0;
                    before = token;
                }
                if (token.equals("\"") && scanner.string().matches("\\$[_A-Za-z]\\w*")) {
                    quoted.putIfAbsent(scanner.string().substring(1), scanner.location());
                } else if (token.startsWith("$") && token.length() > 1) {
                    used.putIfAbsent(token.substring(1), scanner.location());
                } else if (!closing(token).isEmpty()) {
                    expected.push(closing(token));
                } else if (token.equals("}") || token.equals(")") || token.equals("]")) {
                    if (!token.equals(expected.pop())) {
                        problems.add(scanner.location() + ": unexpected " + token);
                        return false;
                    }
                }
            }
            return fields == 1;
        }

        private static String closing(String open) {
            return switch (open) {
                case "{" -> "}";
                case "(" -> ")";
                case "[" -> "]";
                default -> "";
            };
        }
    }

    /** Returns a part of a request as a parameter of the URL (GraphQL over HTTP): a text as it is, anything else as JSON. */
    public static String inUrl(JsonNode part) {
        return part.isTextual() ? part.textValue() : part.toString();
    }
}
