package io.httpconnector.wizard;

/**
 * A value of the response that later steps can use.
 *
 * @param path the path within the response, appended to the step name in pills: {@code address.city}, {@code lines[*].sku}
 * @param type {@code text}, {@code number}, {@code boolean}, {@code list}, {@code object}, or several separated by {@code |}
 * @param label a display name, such as {@code Address City}
 */
public record OutputPill(String path, String type, String label) {}
