"""A process of its own for a submission: started, talked to, judged by what it could do."""
