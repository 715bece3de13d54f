package io.httpconnector.template;

/**
 * Styles of writing a list as query parameters, form fields or parts. Which one to use depends on the service. An empty list
 * is omitted.
 */
public enum ListStyle {
    /** {@code id=1&id=2}. */
    REPEAT(""),
    /** {@code id[]=1&id[]=2}. */
    BRACKETS(""),
    /** {@code id[0]=1&id[1]=2}. */
    INDICES(""),
    /** {@code id=1,2}. */
    COMMA(","),
    /** {@code id=1|2}. */
    PIPE("|"),
    /** {@code id=1 2}. */
    SPACE(" ");

    private final String delimiter;

    ListStyle(String delimiter) {
        this.delimiter = delimiter;
    }

    /** The separator between elements joined into one value; empty if each element is a value of its own. */
    String delimiter() {
        return delimiter;
    }

    /** The name for the element at an index, in styles with one value per element. */
    String name(String name, int index) {
        return switch (this) {
            case BRACKETS -> name + "[]";
            case INDICES -> name + "[" + index + "]";
            default -> name;
        };
    }
}
