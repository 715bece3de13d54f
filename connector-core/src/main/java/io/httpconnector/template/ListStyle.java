package io.httpconnector.template;

/** How a list becomes query parameters, form fields or parts; services differ. An empty list becomes nothing. */
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

    /** What stands between the elements when they become one value; empty when each has its own. */
    String delimiter() {
        return delimiter;
    }

    /** The name of an element that has its own. */
    String name(String name, int index) {
        return switch (this) {
            case BRACKETS -> name + "[]";
            case INDICES -> name + "[" + index + "]";
            default -> name;
        };
    }
}
