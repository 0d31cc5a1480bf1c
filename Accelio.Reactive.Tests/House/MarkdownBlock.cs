namespace Accelio.Reactive.Tests.House;

/// <summary>A fenced block of code in a Markdown file.</summary>
/// <param name="Language">The word behind the fence.</param>
/// <param name="Snippet">The name in the comment in front of it (<c>snippet: name</c>), or null.</param>
/// <param name="FirstLine">Index of the first line of code in the file.</param>
/// <param name="Lines">The code.</param>
internal sealed record MarkdownBlock(string Language, string? Snippet, int FirstLine, string[] Lines);
